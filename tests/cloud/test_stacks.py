"""A stack's Lambda resources are functions of this cloud: they run, change and go with it, or roll it back."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from course.cloud.moto_bridge.stack_kinds import KINDS

SOURCE = "import os\ndef handler(event, context): return os.environ.get('WHO', 'nobody')"
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    },
}


def function(**properties):
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Handler": "index.handler",
            "Runtime": "python3.13",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": SOURCE},
            **properties,
        },
    }


def of(kind, **properties):
    return {"Type": f"AWS::Lambda::{kind}", "Properties": {"FunctionName": {"Ref": "Function"}, **properties}}


def template(outputs=None, **resources):
    content = {"Resources": {"Role": ROLE, "Function": function(), **resources}}
    return json.dumps({**content, "Outputs": {k: {"Value": v} for k, v in (outputs or {}).items()}})


@pytest.fixture
def stacks(cloud):
    return cloud.client("cloudformation")


def status(stacks, name="s"):
    return stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]


def outputs(stacks, name="s"):
    found = stacks.describe_stacks(StackName=name)["Stacks"][0].get("Outputs", [])
    return {one["OutputKey"]: one["OutputValue"] for one in found}


def reasons(stacks, wanted, name="s"):
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    return {
        event["LogicalResourceId"]: event.get("ResourceStatusReason")
        for event in events
        if event["ResourceStatus"] == wanted
    }


def test_a_function_of_a_stack_runs_and_goes_with_it(stacks, api, invoke):
    body = template(
        {"Name": {"Ref": "Function"}, "Arn": {"Fn::GetAtt": ["Function", "Arn"]}},
        Function=function(
            Environment={"Variables": {"WHO": "me"}},
            Timeout="7",
            MemorySize="256",
            Tags=[{"Key": "a", "Value": "b"}],
            ReservedConcurrentExecutions=5,
        ),
    )
    stacks.create_stack(StackName="s", TemplateBody=body)
    assert status(stacks) == "CREATE_COMPLETE"
    found = outputs(stacks)
    assert found["Name"].startswith("s-Function-")
    assert found["Arn"] == f"arn:aws:lambda:us-east-1:123456789012:function:{found['Name']}"
    assert invoke(found["Name"]).payload == "me"
    got = api.get_function(FunctionName=found["Name"])
    assert (got["Configuration"]["Timeout"], got["Configuration"]["MemorySize"]) == (7, 256)
    assert got["Tags"] == {"a": "b"}
    assert api.get_function_concurrency(FunctionName=found["Name"])["ReservedConcurrentExecutions"] == 5
    stacks.delete_stack(StackName="s")
    assert api.list_functions()["Functions"] == []


def test_everything_that_hangs_on_a_function_is_made_and_goes(stacks, api, invoke, cloud, pack):
    cloud.client("s3").create_bucket(Bucket="packages")
    cloud.client("s3").put_object(
        Bucket="packages", Key="layer.zip", Body=pack(**{"python/shared.py": "x = 1"})
    )
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}
    body = template(
        {
            "Alias": {"Ref": "Alias"},
            "Version": {"Fn::GetAtt": ["Version", "Version"]},
            "Url": {"Fn::GetAtt": ["Url", "FunctionUrl"]},
            "Mapping": {"Ref": "Mapping"},
        },
        Function=function(FunctionName="f", Layers=[{"Ref": "Layer"}]),
        Layer={
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {"LayerName": "base", "Content": {"S3Bucket": "packages", "S3Key": "layer.zip"}},
        },
        LayerPermission={
            "Type": "AWS::Lambda::LayerVersionPermission",
            "Properties": {
                "LayerVersionArn": {"Ref": "Layer"},
                "Action": "lambda:GetLayerVersion",
                "Principal": "*",
            },
        },
        Version=of("Version"),
        Alias=of("Alias", Name="live", FunctionVersion={"Fn::GetAtt": ["Version", "Version"]}),
        Permission=of("Permission", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"),
        Url={
            "Type": "AWS::Lambda::Url",
            "Properties": {"TargetFunctionArn": {"Ref": "Function"}, "AuthType": "NONE"},
        },
        Settings=of("EventInvokeConfig", Qualifier="$LATEST", MaximumRetryAttempts="1"),
        Queue=queue,
        Mapping=of("EventSourceMapping", EventSourceArn={"Fn::GetAtt": ["Queue", "Arn"]}, BatchSize="2"),
    )
    stacks.create_stack(StackName="s", TemplateBody=body)
    assert status(stacks) == "CREATE_COMPLETE", reasons(stacks, "CREATE_FAILED")
    found = outputs(stacks)
    assert found["Alias"] == "arn:aws:lambda:us-east-1:123456789012:function:f:live"
    assert found["Version"] == "1"
    assert found["Url"].startswith("http")
    assert invoke("f:live").version == "1"
    (statement,) = json.loads(api.get_policy(FunctionName="f")["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert api.get_function_event_invoke_config(FunctionName="f")["MaximumRetryAttempts"] == 1
    assert api.get_event_source_mapping(UUID=found["Mapping"])["BatchSize"] == 2
    assert "base" in api.get_layer_version_policy(LayerName="base", VersionNumber=1)["Policy"]
    shown = stacks.describe_stack_resources(StackName="s")["StackResources"]
    kinds = {one["ResourceType"].rpartition(":")[2] for one in shown if "Lambda" in one["ResourceType"]}
    assert kinds == {kind.rpartition(":")[2] for kind in KINDS}
    stacks.delete_stack(StackName="s")
    assert api.list_functions()["Functions"] == []
    assert api.list_layers()["Layers"] == []
    states = {one["State"] for one in api.list_event_source_mappings()["EventSourceMappings"]}
    assert states <= {"Deleting"}


def test_a_refusal_rolls_the_stack_back_and_says_why(stacks, api):
    body = template(
        {"Name": {"Ref": "Function"}},
        Alias=of("Alias", Name="live", FunctionVersion="9"),
    )
    answer = stacks.create_stack(StackName="s", TemplateBody=body)
    assert "StackId" in answer
    assert status(stacks) == "ROLLBACK_COMPLETE"
    assert outputs(stacks) == {}
    (reason,) = reasons(stacks, "CREATE_FAILED").values()
    assert reason.startswith('Resource handler returned message: "Function not found: arn:aws:lambda:')
    assert reason.endswith('(Service: Lambda, Status Code: 404)" (HandlerErrorCode: NotFound)')
    assert api.list_functions()["Functions"] == []


def test_a_refusal_while_an_export_is_looked_at_rolls_back_too(stacks, api):
    content = json.loads(template(Function=function(Role="arn:aws:iam::123456789012:role/absent")))
    content["Outputs"] = {"Out": {"Value": {"Ref": "Function"}, "Export": {"Name": "out"}}}
    stacks.create_stack(StackName="s", TemplateBody=json.dumps(content))
    assert status(stacks) == "ROLLBACK_COMPLETE"
    assert "cannot be assumed by Lambda" in reasons(stacks, "CREATE_FAILED")["Function"]
    assert api.list_functions()["Functions"] == []


def test_a_function_is_changed_in_place_and_replaced_by_another_name(stacks, api, invoke):
    named = {"Name": {"Ref": "Function"}}
    stacks.create_stack(StackName="s", TemplateBody=template(named, Function=function(Description="one")))
    name = outputs(stacks)["Name"]
    changed = function(
        Environment={"Variables": {"WHO": "other"}}, Code={"ZipFile": SOURCE.replace("nobody", "?")}
    )
    stacks.update_stack(StackName="s", TemplateBody=template(named, Function=changed))
    assert status(stacks) == "UPDATE_COMPLETE"
    assert outputs(stacks)["Name"] == name
    assert invoke(name).payload == "other"
    assert api.get_function_configuration(FunctionName=name)["Description"] == ""
    stacks.update_stack(StackName="s", TemplateBody=template(named, Function=function(FunctionName="g")))
    assert [one["FunctionName"] for one in api.list_functions()["Functions"]] == ["g"]


def test_an_update_that_is_refused_changes_everything_back(stacks, api):
    named = {"Name": {"Ref": "Function"}}
    stacks.create_stack(StackName="s", TemplateBody=template(named, Function=function(FunctionName="f")))
    bad = template(
        named,
        Function=function(FunctionName="f", Description="new"),
        Permission=of("Permission", Action="lambda:*x*", Principal="s3.amazonaws.com"),
        Alias=of("Alias", Name="live", FunctionVersion="9"),
    )
    stacks.update_stack(StackName="s", TemplateBody=bad)
    assert status(stacks) == "UPDATE_ROLLBACK_COMPLETE"
    assert outputs(stacks) == {"Name": "f"}
    assert api.get_function_configuration(FunctionName="f")["Description"] == ""
    with pytest.raises(ClientError, match="does not exist"):
        api.get_policy(FunctionName="f")


def test_an_alias_waits_for_what_it_provisions_and_fails_with_it(stacks, api, invoke):
    kind = "import os\ndef handler(event, context): return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']"
    ahead = {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": "1"}}

    def body(source):
        return template(
            Function=function(FunctionName="f", Code={"ZipFile": source}),
            Version=of("Version"),
            Alias=of("Alias", Name="live", FunctionVersion={"Fn::GetAtt": ["Version", "Version"]}, **ahead),
        )

    stacks.create_stack(StackName="s", TemplateBody=body(kind))
    assert status(stacks) == "CREATE_COMPLETE"
    assert invoke("f:live").payload == "provisioned-concurrency"
    stacks.delete_stack(StackName="s")
    stacks.create_stack(StackName="t", TemplateBody=body("raise KeyError"))
    assert status(stacks, "t") == "ROLLBACK_COMPLETE"
    assert reasons(stacks, "CREATE_FAILED", "t") == {
        "Alias": 'Resource handler returned message: "Provisioned Concurrency configuration failed to be applied. '
        'Reason: FAILED" (HandlerErrorCode: NotStabilized)'
    }
    assert api.list_functions()["Functions"] == []


def test_a_change_set_deploys_as_the_command_line_does(stacks, api, invoke):
    arguments = {"StackName": "s", "ChangeSetName": "c"}
    body = template({"Name": {"Ref": "Function"}})
    stacks.create_change_set(TemplateBody=body, ChangeSetType="CREATE", **arguments)
    stacks.execute_change_set(**arguments)
    assert status(stacks) == "CREATE_COMPLETE"
    assert invoke(outputs(stacks)["Name"]).payload == "nobody"


def test_a_change_set_that_is_refused_leaves_nothing(stacks, api):
    arguments = {"StackName": "s", "ChangeSetName": "c"}
    body = template(Function=function(Timeout=1000))
    stacks.create_change_set(TemplateBody=body, ChangeSetType="CREATE", **arguments)
    stacks.execute_change_set(**arguments)
    assert status(stacks) == "ROLLBACK_COMPLETE"
    assert "less than or equal to 900" in reasons(stacks, "CREATE_FAILED")["Function"]
    assert api.list_functions()["Functions"] == []


CALLS = "!!python/object/apply:builtins.open [%r, 'w']"


def test_a_template_names_no_function_of_ours_to_be_called(cloud, stacks, tmp_path):
    marker = tmp_path / "called"
    body = f"Description: {CALLS % str(marker)}\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
    for ask in (
        lambda: stacks.get_template_summary(TemplateBody=body),
        lambda: stacks.validate_template(TemplateBody=body),
        lambda: stacks.create_stack(StackName="s", TemplateBody=body),
        lambda: stacks.create_change_set(StackName="s", ChangeSetName="c", TemplateBody=body),
        lambda: stacks.update_stack(StackName="s", TemplateBody=body),
    ):
        with suppress(ClientError):
            ask()
        assert not marker.exists()


def test_a_template_in_yaml_has_short_forms(stacks):
    body = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\nOutputs:\n  Arn: {Value: !Ref Topic}\n"
    stacks.create_stack(StackName="s", TemplateBody=body)
    (output,) = stacks.describe_stacks(StackName="s")["Stacks"][0]["Outputs"]
    assert output["OutputValue"].startswith("arn:aws:sns:")
