"""Other linters: their rules and ours that find the same, and runs in the place of one of them."""

from __future__ import annotations

import json
import re

from lint_rules import load_rules
from lint_rules.engine.peers import codes_of_peers, peer_codes, peers

CLIENTS = """\
import boto3
import requests

def handler(event, context):
    print(event)
    requests.get("https://example.org")
    return boto3.client("s3").list_buckets()["Buckets"]
"""


def test_the_table_names_rules_of_ours_and_is_sorted():
    table = peers()
    assert len(table) >= 10
    assert list(table) == sorted(table)
    for rules in table.values():
        for ours in rules.values():
            assert ours
            assert all(re.fullmatch(r"LAM\d{3}", code) for code in ours)


def test_most_peers_have_rules_that_we_have_too():
    there = {rule.code for rule in load_rules().values()}
    assert len([peer for peer in peers() if there & {*codes_of_peers([peer])}]) >= 10


def test_a_rule_knows_what_others_call_it():
    assert peer_codes("LAM101")["pythaw"] == ["PW001", "PW002", "PW003"]
    assert peer_codes("LAM101")["sonar"] == ["S6243"]
    assert peer_codes("LAM990") == {}


def check(run, tmp_path, *words):
    (tmp_path / "app.py").write_text(CLIENTS)
    code, out, err = run("check", "--isolated", "--output-format", "json-lines", *words, str(tmp_path))
    return code, sorted({json.loads(line)["code"] for line in out.splitlines()}), err


def test_compat_runs_the_rules_of_a_peer_and_no_others(run, tmp_path):
    assert check(run, tmp_path, "--compat", "pythaw") == (1, ["LAM101"], "")
    assert "LAM853" in check(run, tmp_path)[1]
    assert "LAM853" not in check(run, tmp_path, "--compat", "sonar")[1]


def test_compat_takes_several_peers_and_goes_together_with_other_selectors(run, tmp_path):
    assert check(run, tmp_path, "--compat", "pythaw,checkov")[1] == ["LAM101"]
    assert check(run, tmp_path, "--compat", "pythaw", "--select", "LAM853")[1] == ["LAM101", "LAM853"]
    assert check(run, tmp_path, "--compat", "pythaw", "--ignore", "LAM101") == (0, [], "")


def test_a_slip_in_the_name_of_a_peer_is_told(run, tmp_path):
    code, _, err = check(run, tmp_path, "--compat", "chekov")
    assert (code, err) == (2, 'error: no peer "chekov". Did you mean "checkov"?\n')
    code, _, err = check(run, tmp_path, "--compat", "zzz")
    assert code == 2
    assert "There are bandit, " in err


def test_a_file_that_cannot_be_read_is_told_whatever_the_peer(run, tmp_path):
    (tmp_path / "broken.py").write_text("import boto3\ndef (")
    assert "LAM990" in check(run, tmp_path, "--compat", "pythaw")[1]


def test_profiles_are_chosen_on_the_command_line(run, tmp_path):
    assert "LAM852" not in check(run, tmp_path, "--profile", "default")[1]
    strict = check(run, tmp_path, "--profile", "strict")[1]
    assert {"LAM101", "LAM852"} <= {*strict}
    assert {"LAM101"} <= {*check(run, tmp_path, "--profile", "security")[1]}
    assert {"LAM101"} <= {*check(run, tmp_path, "--profile", "experimental")[1]}
    code, _, err = check(run, tmp_path, "--profile", "strickt")
    assert code == 2
    assert "'default', 'strict', 'security', 'experimental'" in err


def test_a_profile_of_the_command_line_goes_before_what_the_configuration_selects(run, tmp_path):
    (tmp_path / "lambdalint.toml").write_text('select = ["LAM853"]\n')
    (tmp_path / "app.py").write_text(CLIENTS)
    words = ("check", "--output-format", "concise", str(tmp_path))
    assert "LAM852" not in run(*words)[1]
    assert "LAM852" in run(*words, "--profile", "strict")[1]


def test_the_rules_of_a_peer_are_listed_beside_ours(run):
    code, out, _ = run("rules", "--compat", "pythaw")
    assert code == 0
    assert "PW001  LAM101 client-init-in-handler\n" in out
    _, out, _ = run("rules", "--compat", "pythaw", "--output-format", "json")
    assert json.loads(out)["PW004"] == ["LAM102"]
    assert run("rules", "--compat", "pithaw")[2] == 'error: no peer "pithaw". Did you mean "pythaw"?\n'


def test_rules_and_their_pages_name_the_peers(run):
    _, out, _ = run("rules", "--output-format", "json")
    row = next(row for row in json.loads(out) if row["code"] == "LAM101")
    assert row["peers"]["pythaw"] == ["PW001", "PW002", "PW003"]
    assert "Same as: " in run("explain", "LAM101")[1]
    assert "pythaw PW001, PW002, PW003" in run("explain", "LAM101")[1]
    assert "Same as: " not in run("explain", "LAM990")[1]
