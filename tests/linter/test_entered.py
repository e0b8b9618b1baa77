"""Functions that decorators enter in applications, of which a module may have several."""

from __future__ import annotations

import textwrap

import pytest

from lint_rules import Project
from lint_rules.engine.iam.calls import actions_of_call


def calls(code: str, handler: str = "handler") -> list[str]:
    found = Project.of({"app.py": textwrap.dedent(code)}).handlers
    (one,) = (each for each in found if each.scope.name == handler)
    return sorted(call.operation for call in one.aws.calls)


TWO = """
    import boto3
    from crhelper import CfnResource
    queues, topics = CfnResource(), CfnResource()
    sqs, sns = boto3.client("sqs"), boto3.client("sns")

    @queues.create
    def make_queue(event, context):
        sqs.create_queue(QueueName="q")

    @topics.create
    @topics.update
    def make_topic(event, context):
        sns.create_topic(Name="t")

    def queue_handler(event, context):
        queues(event, context)

    def topic_handler(event, context):
        topics(event, context)
"""


def test_functions_of_one_of_several_applications_run_only_where_it_is_read():
    assert calls(TWO, "queue_handler") == ["CreateQueue"]
    assert calls(TWO, "topic_handler") == ["CreateTopic"]


def test_setting_an_application_up_runs_none_of_it():
    assert calls(TWO + "    topics.init_failure(ValueError())\n", "queue_handler") == ["CreateQueue"]


@pytest.mark.parametrize("test", ['__name__ == "__main__"', "'__main__' == __name__"])
def test_what_runs_only_as_a_script_is_not_run_by_lambda(test):
    script = f"    if {test}:\n        topic_handler({{}}, None)\n        sqs.list_queues()\n"
    assert calls(TWO + script, "queue_handler") == ["CreateQueue"]
    other = script.replace("__main__", "app")
    assert calls(TWO + other, "queue_handler") == ["CreateQueue", "CreateTopic", "ListQueues"]


def test_functions_of_the_only_application_run_with_its_module():
    only = TWO.replace("topics", "queues")
    assert calls(only, "queue_handler") == ["CreateQueue", "CreateTopic"]


def test_an_application_that_the_module_hands_on_is_read():
    assert calls(TWO + "    start(topics)\n", "queue_handler") == ["CreateQueue", "CreateTopic"]


@pytest.mark.parametrize("kind", ["setter", "deleter"])
def test_a_property_that_can_be_set_is_not_read_thereby(kind):
    code = f"""
        import boto3
        class Queue:
            @property
            def url(self):
                return boto3.client("sqs").get_queue_url(QueueName="q")
            @url.{kind}
            def url(self, *value):
                self._url = value
            def name(self):
                return "q"
        def handler(event, context):
            return Queue().name()
        """
    assert calls(code) == []
    assert calls(code.replace(".name()", ".url")) == ["GetQueueUrl"]


@pytest.mark.parametrize("operation", ["InitiateAuth", "SignUp", "GetUser", "RespondToAuthChallenge"])
def test_requests_that_are_not_signed_need_no_permission(operation):
    assert actions_of_call("cognito-idp", operation) == ()


@pytest.mark.parametrize(
    ("service", "operation"),
    [("cognito-idp", "AdminInitiateAuth"), ("sts", "AssumeRoleWithWebIdentity"), ("sts", "AssumeRole")],
)
def test_requests_that_are_signed_or_that_a_trust_policy_decides_need_theirs(service, operation):
    assert actions_of_call(service, operation) == (f"{service}:{operation}",)
