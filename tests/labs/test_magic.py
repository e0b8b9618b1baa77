"""`%%lambda`: the file is written, linted, put into the notebook's cloud, and what changed is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from course.cloud import Cloud
from course.lab import edition, learner, magic, shelf
from course.lab.answer import TRUST
from course.lab.document import Lab
from course.lab.lambda_options import parse

ECHO = "def handler(event, context):\n    return event\n"
SLIP = "import boto3\n\n\ndef handler(event, context):\n    return boto3.client('s3').meta.region_name\n"


@pytest.fixture(scope="module")
def own_cloud() -> Iterator[Cloud]:
    with Cloud(seed=7, launcher="zygote") as cloud:
        yield cloud


@pytest.fixture
def cloud(own_cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    own_cloud.reset()
    for name, value in own_cloud.environment().items():
        monkeypatch.setenv(name, value)
    return own_cloud


@pytest.fixture
def mine(tiny: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The learner's folder for the tiny lab."""
    pristine = tmp_path / "labs" / tiny.slug
    pristine.mkdir(parents=True)
    (pristine / "lab.ipynb").write_text(edition.notebook(tiny, "learner"), encoding="utf-8")
    monkeypatch.setattr(shelf, "folder", lambda: tmp_path / "labs")
    place = tmp_path / "my-labs" / tiny.slug
    place.mkdir(parents=True)
    return place


def test_without_a_function_the_file_is_written_and_linted(tmp_path: Path) -> None:
    assert magic.run("app.py", ECHO, tmp_path).text == "Writing `app.py`."
    assert (tmp_path / "app.py").read_text() == ECHO
    assert magic.run("app.py", ECHO, tmp_path).text == "`app.py` is as it was."
    shown = magic.run("app.py", SLIP, tmp_path)
    assert shown.text.startswith(
        "Overwriting `app.py`.\n\nlambdalint has 1 remark on your files\n  app.py:5  LAM101"
    )
    assert "lambdalint explain LAM101" in shown.html
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.py"]


def test_a_function_is_created_then_its_changes_are_shown(cloud: Cloud, tmp_path: Path) -> None:
    line = "orders.py --function orders --timeout 10 --env TABLE=orders"
    assert magic.run(line, ECHO, tmp_path).text.endswith("`orders` is deployed: a new function.")
    shown = magic.run(line, ECHO, tmp_path)
    assert shown.text.endswith("`orders` is deployed: neither code nor settings changed.")
    changed = ECHO.replace("return event", 'return {"order": event}')
    shown = magic.run("orders.py --function orders --memory 256 --env TABLE=o2", changed, tmp_path)
    assert shown.text.splitlines()[2:] == [
        "`orders` is deployed: this changed.",
        "  Environment.Variables.TABLE: orders -> o2",
        "  MemorySize: 128 -> 256",
        "  orders.py: 1 line added, 1 removed",
        "    @@ -1,2 +1,2 @@",
        "     def handler(event, context):",
        "    -    return event",
        '    +    return {"order": event}',
    ]
    assert "<th scope='row'>MemorySize</th><td>128</td><td>256</td>" in shown.html
    settings = cloud.client("lambda").get_function_configuration(FunctionName="orders")
    assert (settings["Handler"], settings["Timeout"], settings["MemorySize"]) == ("orders.handler", 10, 256)
    answer = cloud.client("lambda").invoke(FunctionName="orders", Payload="1")
    assert json.loads(answer["Payload"].read()) == {"order": 1}


def test_what_boto3_had_set_stays_unless_it_is_given(cloud: Cloud, tmp_path: Path) -> None:
    magic.run("a.py --function a", ECHO, tmp_path)
    api = cloud.client("lambda")
    role = cloud.client("iam").create_role(RoleName="own", AssumeRolePolicyDocument=json.dumps(TRUST))[
        "Role"
    ]["Arn"]
    api.update_function_configuration(FunctionName="a", Role=role, Runtime="python3.12", Description="mine")
    magic.run("a.py --function a", ECHO + "\n# new\n", tmp_path)
    settings = api.get_function_configuration(FunctionName="a")
    assert (settings["Role"], settings["Runtime"], settings["Description"]) == (role, "python3.12", "mine")


def test_other_files_come_into_the_package_with_it(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "prices.py").write_text("PRICE = 3\n")
    code = "from prices import PRICE\n\n\ndef run(event, context):\n    return PRICE\n"
    magic.run("shop.py --function shop --with prices.py --handler shop.run", code, tmp_path)
    answer = cloud.client("lambda").invoke(FunctionName="shop")
    assert answer["Payload"].read() == b"3"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "the following arguments are required: file"),
        ("app.py --memroy 3", "unrecognized arguments: --memroy 3"),
        ("app.py --function a --timeout soon", "argument --timeout: invalid int value: 'soon'"),
        ("../app.py", "`../app.py` cannot be its name"),
        ("app.py --timeout 3", "needs `--function NAME`"),
        ("app.py --function a --env 1=2", "`--env` takes NAME=VALUE, not `1=2`"),
        ("app.py --function 'a", "No closing quotation"),
    ],
)
def test_a_slip_in_the_line_is_one_line_and_nothing_is_written(line: str, said: str, tmp_path: Path) -> None:
    text = magic.run(line, ECHO, tmp_path).text
    assert said in text
    assert "\n" not in text
    assert list(tmp_path.iterdir()) == []


def test_lambdas_words_are_shown_when_it_refuses_and_the_file_is_there(cloud: Cloud, tmp_path: Path) -> None:
    text = magic.run("a.py --function a --timeout 1000", ECHO, tmp_path).text
    assert "Lambda refused `a`: ValidationException" in text or "Lambda refused `a`: InvalidParameter" in text
    assert (tmp_path / "a.py").is_file()


def test_options_become_what_create_function_takes() -> None:
    options = parse(
        "a.py --function f --runtime python3.12 --role arn:x --env A=1 --env B='x y' --with b.py --with a.py"
    )
    assert options.settings == {
        "Runtime": "python3.12",
        "Role": "arn:x",
        "Environment": {"Variables": {"A": "1", "B": "x y"}},
    }
    assert (options.handler, options.files) == ("a.handler", ("a.py", "b.py"))


def test_what_an_editor_changed_is_kept_before_a_cell_overwrites_it(mine: Path, tiny: Lab) -> None:
    history = mine.parent / ".lambdalab" / "history" / tiny.slug / "add"
    (mine / "adder.py").write_text("def add(left, right):\n    return 'from the editor'\n")
    magic.keep_before("%%writefile adder.py\ndef add(left, right): return 1\n", mine)
    assert "from the editor" in (history / "1" / "adder.py").read_text()
    magic.keep_before("%%lambda adder.py\ndef add(left, right): return 2\n", mine)
    assert [path.name for path in history.iterdir()] == ["1"]


def test_nothing_is_kept_of_what_stays_was_never_touched_or_is_no_answer(mine: Path, tiny: Lab) -> None:
    (mine / "adder.py").write_text(tiny.stubs["adder.py"])
    magic.keep_before("%%writefile adder.py\nx = 1\n", mine)
    (mine / "adder.py").write_text("x = 1\n")
    magic.keep_before("%%writefile adder.py\nx = 1\n", mine)
    (mine / "notes.py").write_text("y = 1\n")
    magic.keep_before("%%writefile notes.py\ny = 2\n", mine)
    magic.keep_before("print(1)", mine)
    magic.keep_before("%%writefile adder.py\nx = 2\n", mine.parent.parent)
    assert not (mine.parent / ".lambdalab").exists()


def test_a_notebook_has_the_magic_after_the_import(cloud: Cloud, tmp_path: Path) -> None:
    cells = [
        "from course import lab",
        f"%%lambda app.py --function app\n{ECHO}",
        "import boto3\nboto3.client('lambda').invoke(FunctionName='app', Payload='7')['Payload'].read()",
        f"%%lambda app.py\n{SLIP}",
        "lab.records('app')[-1]['outcome'], len(lab.entries('call', 'lambda')) > 3",
        "lab.reset()",
        "lab.records()",
        "lab.advance(7200)",
        "lab.advance(-1)",
        "lab.advance(0)",
        "open('hello.py', 'w').write('# from an editor\\n')",
        "%%writefile hello.py\n# from the cell",
    ]
    folder = tmp_path / "my-labs" / "01_hello_event"
    folder.mkdir(parents=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    client = NotebookClient(
        notebook, timeout=60, resources={"metadata": {"path": str(folder)}}, kernel_name="python3"
    )
    client.execute(env=cloud.environment())
    shown = [
        cell.outputs[0].get("data", {}).get("text/plain", "") if cell.outputs else ""
        for cell in notebook.cells
    ]
    assert shown[1] == "Writing `app.py`.\n\n`app` is deployed: a new function."
    assert shown[2] == "b'7'"
    assert "LAM101" in shown[3]
    assert shown[4] == "('ok', True)"
    assert shown[5].startswith("The cloud is empty.")
    assert shown[6] == "[]"
    assert shown[7].startswith("2 hours passed; the cloud's clock says 20")
    assert "time cannot go back" in shown[8]
    assert shown[9].startswith("What was under way has come to rest; the cloud's clock says 20")
    kept = folder.parent / ".lambdalab" / "history" / folder.name / "hello" / "1" / "hello.py"
    assert kept.read_text() == "# from an editor\n"
    assert (folder / "hello.py").read_text() == "# from the cell\n"


def test_functions_come_back_into_a_cloud_that_lost_them(
    cloud: Cloud, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(mine)
    assert learner.resume().text.startswith("No function of this lab was deployed")
    magic.run("orders.py --function orders --timeout 7", ECHO, mine)
    (mine / "gone.py").write_text(ECHO)
    learner.deploy("gone", "gone.handler", "gone.py", MemorySize=256)
    magic.run("orders.py --function orders --timeout 8", ECHO, mine)
    (mine / "gone.py").unlink()
    cloud.reset()
    text = learner.resume().text
    assert "- `orders` is deployed: a new function.\n- gone.py cannot be read" in text
    assert text.endswith("Next: Add two numbers (`add`).")
    settings = cloud.client("lambda").get_function_configuration(FunctionName="orders")
    assert settings["Timeout"] == 8
