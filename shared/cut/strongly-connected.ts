/**
 * The strongly connected components of a directed graph, each before the components that point to it.
 *
 * Tarjan's algorithm (SIAM Journal on Computing 1, 1972) with a stack of its own instead of recursion, so that a
 * chain of 10,000 nodes does not overflow the call stack. Time and space are linear in nodes and arrows.
 *
 * @param arrows for each node, by number, the numbers of the nodes it points to
 * @returns components as lists of node numbers
 */
export function stronglyConnected(arrows: readonly (readonly number[])[]): number[][] {
  const size = arrows.length;
  const found = new Int32Array(size).fill(-1);
  const lowest = new Int32Array(size);
  const onStack = new Uint8Array(size);
  const followed = new Int32Array(size);
  const stack: number[] = [];
  const path: number[] = [];
  const components: number[][] = [];
  let count = 0;

  const enter = (node: number): void => {
    found[node] = count;
    lowest[node] = count;
    count += 1;
    onStack[node] = 1;
    stack.push(node);
    path.push(node);
  };

  const leave = (node: number): void => {
    path.pop();
    const parent = path.at(-1);
    if (parent !== undefined) lowest[parent] = Math.min(at(lowest, parent), at(lowest, node));
    if (lowest[node] !== found[node]) return;
    const component = stack.splice(stack.lastIndexOf(node));
    for (const member of component) onStack[member] = 0;
    components.push(component);
  };

  for (let root = 0; root < size; root += 1) {
    if (found[root] !== -1) continue;
    enter(root);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const next = arrows[node]?.[at(followed, node)];
      followed[node] = at(followed, node) + 1;
      if (next === undefined) leave(node);
      else if (found[next] === -1) enter(next);
      else if (onStack[next] === 1) lowest[node] = Math.min(at(lowest, node), at(found, next));
    }
  }
  return components;
}

function at(numbers: Int32Array, index: number): number {
  return numbers[index] as number;
}
