"""Keeps schemathesis from taking away what it asks with.

What it finds in answers it asks about again: to revoke a grant that was listed is fair.
Its own account, key, role and grant are called otherwise on their way out, in paths,
queries and bodies. GATEHOUSE_OWN has their ids.
"""

import os

import schemathesis

OWN = set(os.environ["GATEHOUSE_OWN"].split())


def others(value):
    if isinstance(value, str):
        return "other" if value in OWN or value.partition(":")[2] in OWN else value
    if isinstance(value, dict):
        return {name: others(member) for name, member in value.items()}
    if isinstance(value, list):
        return [others(item) for item in value]
    return value


@schemathesis.hook
def before_call(context, case, kwargs):
    for part in "path_parameters", "query", "body":
        told = getattr(case, part)
        changed = others(told)
        if changed != told:
            setattr(case, part, changed)
