"""Calls behind dispatch: methods by a name from outside, classes out of dictionaries, arguments beside `**options`."""

from __future__ import annotations

import textwrap

import pytest

from lint_rules import Project

SCHEDULERS = """
    import boto3

    class Services:
        def __init__(self, region):
            self.ecs = boto3.client("ecs", region_name=region)
        def stop(self, tags):
            self._scale(0)
        def start(self, tags):
            self._scale(1)
        def _scale(self, count):
            self.ecs.update_service(service="s", desiredCount=count)
        def _unused(self):
            self.ecs.delete_service(service="s")

    class Instances:
        def __init__(self, region):
            self.ec2 = boto3.client("ec2", region_name=region)
        def stop(self, tags):
            self.ec2.stop_instances(InstanceIds=[])

    class Queues:
        def __init__(self, region):
            self.sqs = boto3.client("sqs", region_name=region)
        def stop(self, tags):
            self.sqs.purge_queue(QueueUrl="q")
"""
BASE = """
    import boto3

    class Base:
        def __init__(self, logger, service, **options):
            self.service = service
            self.region = options.get("region")
        def client(self):
            return boto3.client(self.service, region_name=self.region)

    class Pipelines(Base):
        def __init__(self, logger, **options):
            name = "codepipeline"
            super().__init__(logger, name, **options)
            self.pipelines = super().client()
        def start(self, name):
            self.pipelines.start_pipeline_execution(name=name)
"""


def names(handler: str, other: str) -> list[str]:
    files = {"app.py": textwrap.dedent(handler), "other.py": textwrap.dedent(other)}
    found = next(each for each in Project.of(files).handlers if each.module.name == "app.py")
    return sorted({call.name for call in found.aws.calls})


def dispatched(loop: str) -> list[str]:
    lines = textwrap.indent(textwrap.dedent(loop), "    ")
    start = "import os\nfrom other import Instances, Queues, Services\n\ndef handler(event, context):\n"
    return names(start + lines, SCHEDULERS)


@pytest.mark.parametrize(
    "way",
    [
        "getattr(Services('r'), event['action'])(tags=[])",
        "work = getattr(Services('r'), os.environ['ACTION'])\nwork([])",
        "getattr(Services('r'), f\"{event['action']}\")([])",
    ],
)
def test_a_method_that_a_name_from_outside_picks_may_be_any_that_the_class_offers(way):
    assert dispatched(way) == ["ecs.UpdateService"]


def test_a_method_that_a_known_name_picks_is_that_one():
    assert dispatched("getattr(Instances('r'), 'start', None)\ngetattr(Services('r'), 'stop')([])") == [
        "ecs.UpdateService"
    ]


def test_classes_that_are_keys_of_a_dictionary_are_made_in_a_loop_over_its_items():
    loop = """
        table = {Services: os.environ["A"], Instances: os.environ["B"]}
        for scheduler, wanted in table.items():
            if wanted:
                scheduler("r").stop([])
    """
    assert dispatched(loop) == ["ec2.StopInstances", "ecs.UpdateService"]


def test_classes_that_are_values_of_a_dictionary_are_made_in_a_loop_over_its_items():
    loop = """
        table = {"a": Services, "b": Queues}
        for name, scheduler in table.items():
            scheduler("r").stop([])
    """
    assert dispatched(loop) == ["ecs.UpdateService", "sqs.PurgeQueue"]


def test_the_keys_of_a_dictionary_are_not_its_values():
    loop = """
        for name, scheduler in {"a": Services}.items():
            name("r").stop([])
    """
    assert dispatched(loop) == []


def test_an_argument_by_place_is_found_beside_options_that_are_handed_on():
    code = """
        from other import Pipelines
        def handler(event, context):
            Pipelines(None).start("p")
    """
    assert names(code, BASE) == ["codepipeline.StartPipelineExecution"]


def test_the_methods_that_a_name_picks_are_no_excess():
    template = """
        Resources:
          Function:
            Type: AWS::Serverless::Function
            Properties:
              Handler: app.handler
              Runtime: python3.13
              CodeUri: ./
              Policies:
                - Statement: {Effect: Allow, Action: ['ecs:UpdateService', 'ecs:RunTask'], Resource: '*'}
    """
    code = """
        from other import Services
        def handler(event, context):
            getattr(Services("r"), event["action"])([])
    """
    files = {"template.yaml": template, "app.py": code, "other.py": SCHEDULERS}
    project = Project.of({name: textwrap.dedent(text) for name, text in files.items()})
    (role,) = project.access.roles
    assert [each.what for each in role.excess] == ["ecs:RunTask"]
