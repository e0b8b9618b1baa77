"""An S3 bucket."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.nouns.notice import Notice
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple


class Bucket(NamedTuple):
    """`versioning` is "Enabled" or "Suspended"; `public_access` the block of public access; `encryption` the
    rules for it; `notifications` what S3 tells whom.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
    """

    logical_id: str
    name: Value
    versioning: Value
    encryption: Value
    public_access: Value
    notifications: Value
    resource: Resource

    @property
    def notices(self) -> list[Notice]:
        """The notifications of its events, those that functions' events make included."""
        return [found for found in self.resource.template.all(Notice) if found.bucket == self.logical_id]

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Bucket]:
        """The buckets that the template makes."""
        for found in template.of("AWS::S3::Bucket"):
            yield cls(
                logical_id=found.logical_id,
                name=found.value("BucketName"),
                versioning=found.value("VersioningConfiguration", "Status"),
                encryption=found.chosen("BucketEncryption", "ServerSideEncryptionConfiguration"),
                public_access=found.chosen("PublicAccessBlockConfiguration"),
                notifications=found.chosen("NotificationConfiguration"),
                resource=found,
            )
