"""moto's tables as Time to Live needs them: when an item expires, and its deletion by DynamoDB itself."""

from __future__ import annotations

from typing import Any

from course.cloud.moto_bridge import patches, ttl_watch
from course.cloud.moto_bridge.dynamodb_streams import MODELS, TABLE, by_service
from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.moto_bridge.stream_changes import LOCK, changing

relies_on("moto.dynamodb.models.table", {"Table.delete_item": "1594f7b07616"})


class MotoTables:
    """The `Tables` of Time to Live."""

    def moment(self, table: str, key: dict[str, Any]) -> float | None:
        found = _table(table)
        if found is None:
            return None
        with LOCK:
            expiring = ttl_watch.expiring(found, found.get_item(*_key(found, key)))
        return expiring and expiring.moment

    def delete(self, table: str, key: dict[str, Any]) -> bool:
        found = _table(table)
        if found is None:
            return False
        with changing(), by_service():
            return found.delete_item(*_key(found, key)) is not None


@patch(MODELS, "DynamoDBBackend.update_time_to_live", "9da0deb00bb2")
def _update_time_to_live(original: Function) -> Function:
    def update_time_to_live(self: Any, table_name: str, ttl_spec: dict[str, Any]) -> None:
        original(self, table_name, ttl_spec)
        table = self.get_table(table_name)
        with LOCK:
            found = [ttl_watch.expiring(table, item) for item in table.all_items()]
        if ttl_watch.current.it is not None:
            ttl_watch.current.it(one for one in found if one is not None)

    return update_time_to_live


@patch(TABLE, "Table.create_from_cloudformation_json", "2ade84941382")
def _create_from_cloudformation(original: Function) -> Function:
    def create(name: str, resource: dict[str, Any], account_id: str, region_name: str, **rest: Any) -> Any:
        table = original(name, resource, account_id, region_name, **rest)
        specification = resource["Properties"].get("TimeToLiveSpecification")
        if specification:  # moto leaves it out
            enabled = str(specification.get("Enabled")).lower() == "true"
            status = "ENABLED" if enabled else "DISABLED"
            table.ttl |= {"TimeToLiveStatus": status, "AttributeName": specification.get("AttributeName")}
        return table

    return create


def _table(arn: str) -> Any:
    from moto.dynamodb.models import dynamodb_backends

    patches.apply()
    _, _, _, region, account, path = arn.split(":", 5)
    return dynamodb_backends[account][region].tables.get(path.split("/")[1])


def _key(table: Any, key: dict[str, Any]) -> tuple[Any, Any]:
    from moto.dynamodb.models.dynamo_type import DynamoType

    ranged = table.range_key_attr
    return DynamoType(key[table.hash_key_attr]), DynamoType(key[ranged]) if ranged is not None else None
