// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation and of definitions
import { parseYaml } from '../../../account/template/yaml-document.ts';

function parse(text: string) {
  const problems: string[] = [];
  const value = parseYaml(text, { add: (path, reason) => problems.push(`${path}: ${reason}`) });
  return { value, problems };
}

describe('parseYaml', () => {
  it('turns short forms into long forms', () => {
    const text =
      'a: !Ref B\nc: !GetAtt D.E.F\ng: !Sub "${H}"\ni: !If [J, !Ref K, !Base64 l]\nm: !Condition N';
    expect(parse(text)).toEqual({
      value: {
        a: { Ref: 'B' },
        c: { 'Fn::GetAtt': ['D', 'E.F'] },
        g: { 'Fn::Sub': '${H}' },
        i: { 'Fn::If': ['J', { Ref: 'K' }, { 'Fn::Base64': 'l' }] },
        m: { Condition: 'N' },
      },
      problems: [],
    });
  });

  it('keeps dates as text and reads the words of YAML 1.1 as booleans, as CloudFormation does', () => {
    expect(parse('a: 2012-10-17\nb: on\nc: no\nd: 010').value).toEqual({
      a: '2012-10-17',
      b: true,
      c: false,
      d: 8,
    });
  });

  it('reads JSON', () => {
    expect(parse('{"a": [1, true, null, "x"]}').value).toEqual({ a: [1, true, null, 'x'] });
  });

  it.each([
    ['a: &x 1\nb: *x', 'b: YAML aliases are not supported by CloudFormation'],
    ['a: { <<: { b: 1 } }', 'a: YAML merge keys (<<) are not supported by CloudFormation'],
    ['on: 1', ': the key on is not read as text (YAML 1.1): put it in quotes'],
    ['a: !Reff B', "a: the tag !Reff is not one of CloudFormation's"],
    ['a: 1\na: 2', ': Map keys must be unique at line 2, column 1:'],
    [
      'a: [1',
      ': Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 6:',
    ],
  ])('refuses %j', (text, problem) => {
    expect(parse(text).problems).toContain(problem);
  });
});
