"""What becomes of records that a function cannot process: retried, cut off, split, given up, sent to a destination."""

from __future__ import annotations

import json

import pytest

from course.cloud.errors import ResourceNotFound, TooManyRequests

QUEUE = "arn:aws:sqs:us-east-1:123456789012:failed"
REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def destination(arn=QUEUE):
    return {"DestinationConfig": {"OnFailure": {"Destination": arn}}}


def fails(*bad):
    """A function that fails as a whole when one of these is in its batch."""

    def answer(data, event):
        if set(bad) & set(data):
            raise ValueError("no")

    return answer


def reports(*bad):
    """A function that names what it cannot process."""

    def answer(data, event):
        numbers = [record["kinesis"]["sequenceNumber"] for record in event["Records"]]
        failed = [number for one, number in zip(data, numbers, strict=True) if one in bad]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}

    return answer


def test_a_failed_batch_is_retried_with_growing_pauses_and_nothing_passes_it(bench):
    made = bench(fails("a"))
    made.put("a")
    made.put("b")
    made.clock.advance(60)
    assert [at for at, _ in made.calls] == [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert {tuple(data) for _, data in made.calls} == {("a",)}
    made.clock.advance(600)
    assert all(70 > two[0] - one[0] >= 60 for one, two in zip(made.calls[7:], made.calls[8:], strict=False))


def test_without_limits_records_are_given_up_when_the_stream_lets_go_of_them(bench):
    made = bench(fails("a"), **destination())
    made.put("a")
    made.clock.advance(3600 * 23)
    made.put("b")
    assert made.fates("discarded") == []
    made.clock.advance(3700)
    assert made.fates("discarded") == ["a"]
    assert made.fates("processed") == ["b"]
    ((_, sent, _),) = made.sent
    assert sent["requestContext"]["condition"] == "RecordAgeExceeded"


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_retries_are_counted_and_then_the_batch_is_discarded(retries, bench):
    made = bench(fails("a"), MaximumRetryAttempts=retries, **destination())
    made.put("a", "b")
    made.put("c")
    made.clock.advance(100)
    assert made.batches == [["a", "b"]] * (retries + 1) + [["c"]]
    assert made.fates("discarded") == ["a", "b"]
    assert made.fates("processed") == ["c"]
    ((target, sent, key),) = made.sent
    assert (target, key) == (QUEUE, "")
    assert sent["requestContext"]["approximateInvokeCount"] == retries + 1
    assert sent["KinesisBatchInfo"]["batchSize"] == 2


def test_a_split_isolates_the_bad_record_and_takes_no_retry(bench):
    made = bench(fails("e"), BisectBatchOnFunctionError=True, MaximumRetryAttempts=1, **destination())
    made.put(*"abcdefgh")
    made.clock.advance(100)
    assert made.batches == [
        list("abcdefgh"),
        list("abcd"),
        list("efgh"),
        list("ef"),
        ["e"],
        ["e"],
        ["f"],
        list("gh"),
    ]
    assert made.fates("discarded") == ["e"]
    assert made.fates("processed") == list("abcdfgh")
    ((_, sent, _),) = made.sent
    assert sent["requestContext"]["approximateInvokeCount"] == 2


def test_a_report_is_a_checkpoint_and_what_got_ahead_has_its_retries_again(bench):
    # As was seen: batches of three, three retries, and the sixth record fails.
    made = bench(reports("f"), BatchSize=3, MaximumRetryAttempts=3, **REPORTS, **destination())
    made.put(*"abcdef")
    made.clock.advance(100)
    assert made.batches == [list("abc"), list("def"), ["f"], ["f"], ["f"], ["f"]]
    assert made.fates("discarded") == ["f"]
    ((_, sent, _),) = made.sent
    assert sent["requestContext"]["approximateInvokeCount"] == 4
    assert sent["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": None}


def test_of_several_reported_failures_the_first_counts(bench):
    made = bench(reports("b", "d"), MaximumRetryAttempts=0, **REPORTS)
    made.put(*"abcde")
    made.clock.advance(1)
    assert made.batches == [list("abcde"), list("bcde")]
    assert made.fates("processed") == ["a"]
    assert made.fates("discarded") == list("bcde")


def test_a_report_and_splitting_go_together(bench):
    made = bench(reports("c"), MaximumRetryAttempts=0, BisectBatchOnFunctionError=True, **REPORTS)
    made.put(*"abcde")
    made.clock.advance(10)
    assert made.fates("processed") == list("abde")
    assert made.fates("discarded") == ["c"]
    assert made.batches[:2] == [list("abcde"), list("cde")]


@pytest.mark.parametrize(
    "response",
    [
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"itemIdentifier": 123}]},
        {"batchItemFailures": [{"foo": 123}]},
        {"batchItemFailures": [{"foo": None}]},
        {"batchItemFailures": [{"itemIdentifier": "no-such-number"}]},
        b"not json",
    ],
)
def test_a_report_that_cannot_be_read_makes_the_whole_batch_fail(response, bench):
    made = bench(lambda data, event: response, MaximumRetryAttempts=2, **REPORTS, **destination())
    made.put("a")
    made.clock.advance(10)
    assert made.batches == [["a"]] * 3
    ((_, sent, _),) = made.sent
    assert sent["responseContext"]["functionError"] is None


@pytest.mark.parametrize(
    "response", [[], None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, b""]
)
def test_an_empty_report_says_that_all_went_well(response, bench):
    if response == []:
        response = b"null"
    made = bench(lambda data, event: response, MaximumRetryAttempts=2, **REPORTS)
    made.put("a")
    made.clock.advance(10)
    assert made.batches == [["a"]]
    assert made.fates("processed") == ["a"]


def test_a_report_that_was_not_asked_for_is_not_read(bench):
    made = bench(reports("a"))
    made.put("a")
    assert made.fates("processed") == ["a"]


def test_records_that_are_too_old_are_given_up_before_they_run(bench):
    made = bench(MaximumRecordAgeInSeconds=60, **destination())
    made.poller.stop()
    made.put("old")
    made.clock.advance(80)
    made.put("new", "newer")
    made.start()
    assert made.batches == [["new", "newer"]]
    assert made.fates("discarded") == ["old"]
    ((_, sent, _),) = made.sent
    # As was seen: no responseContext, and the attempt that did not take place counts.
    assert "responseContext" not in sent
    assert sent["requestContext"] == {
        "requestId": "made",
        "functionArn": "f",
        "condition": "RecordAgeExceeded",
        "approximateInvokeCount": 1,
    }
    assert sent["KinesisBatchInfo"]["batchSize"] == 1


def test_retries_end_with_the_maximum_age(bench):
    made = bench(fails("a"), MaximumRecordAgeInSeconds=60, **destination())
    made.put("a")
    made.clock.advance(120)
    assert len(made.calls) == 7
    ((_, sent, _),) = made.sent
    assert sent["requestContext"]["condition"] == "RecordAgeExceeded"
    assert sent["requestContext"]["approximateInvokeCount"] == 8  # as was seen
    assert sent["requestContext"]["requestId"] == "ran"


@pytest.mark.parametrize("error", [TooManyRequests, ResourceNotFound])
def test_what_cannot_be_invoked_is_retried_until_it_is_too_old(error, bench):
    def answer(data, event):
        if "a" in data:
            raise error("no")

    made = bench(
        answer, MaximumRecordAgeInSeconds=60, MaximumRetryAttempts=0, BisectBatchOnFunctionError=True
    )
    made.put("a", "b")
    made.clock.advance(50)
    made.put("c")
    made.clock.advance(50)
    assert set(map(tuple, made.batches)) == {("a", "b"), ("c",)}
    assert made.fates("discarded") == ["a", "b"]
    assert made.fates("processed") == ["c"]


def test_a_bucket_gets_the_records_too(bench):
    made = bench(fails("a"), MaximumRetryAttempts=0, **destination("arn:aws:s3:::failed"))
    made.put("a")
    ((target, sent, key),) = made.sent
    assert target == "arn:aws:s3:::failed"
    assert json.loads(sent.pop("payload")) == made.events[0]
    assert sorted(sent) == ["KinesisBatchInfo", "requestContext", "responseContext", "timestamp", "version"]
    head, shard, year, month, day, name = key.removeprefix("aws/lambda/").split("/")
    assert (head, shard) == ("uuid", "shardId-000000000000")
    assert name.startswith(f"{year}-{month}-{day}T")
    assert name.endswith("-made")
    assert ":" not in name


def test_a_destination_that_takes_nothing_holds_up_nothing(bench):
    made = bench(fails("a"), MaximumRetryAttempts=0, **destination())
    made.refusing = True
    made.put("a")
    made.put("b")
    assert made.fates("discarded") == ["a"]
    assert made.fates("processed") == ["b"]
    (entry,) = made.ledger.entries("mapping.undelivered")
    assert (entry.because, entry.details["destination"]) == ("no", QUEUE)


def test_the_result_of_the_last_batch_is_told(bench):
    made = bench(fails("a"), MaximumRetryAttempts=0)
    made.put("a")
    assert made.result == "PROBLEM: Function call failed"
    made.put("b")
    assert made.result == "OK"
