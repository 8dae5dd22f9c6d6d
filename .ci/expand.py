"""Expands a SAM template into the CloudFormation template that AWS makes of it, without asking AWS.

    expand.py BUILT_TEMPLATE EXPANSION

Uses the translator that AWS runs (aws-sam-translator). It takes code from S3 only: local paths get the address that
`sam package` would have given them.
"""

import json
import os
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

PATHS = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::StateMachine": "DefinitionUri"}


class NoManagedPolicies:
    """The template names no managed policy of AWS, so that none has to be looked up in an account."""

    def load(self):
        return {}


def main(built, expansion):
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    with open(built, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    for name, resource in template["Resources"].items():
        path = PATHS.get(resource["Type"])
        if path:
            resource["Properties"][path] = f"s3://packaged/{name}"
    expanded = transform(template, {}, NoManagedPolicies())
    with open(expansion, "w", encoding="utf-8") as file:
        json.dump(expanded, file, indent=1)
    print(f"{len(template['Resources'])} resources became {len(expanded['Resources'])}")


main(*sys.argv[1:])
