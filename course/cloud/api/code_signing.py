"""Code signing: this cloud keeps no signing configurations, and says so as AWS says of one that is not there.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html
"""

from __future__ import annotations

from course.cloud.api.names import only_function
from course.cloud.api.noun import Noun
from course.cloud.api.stored import Parameters
from course.cloud.errors import CodeSigningNotFound, ResourceNotFound


class CodeSigning(Noun):
    """What can be answered without a configuration. Creating one is not offered."""

    def get_function_code_signing_config(self, parameters: Parameters) -> Parameters:
        self._account.function(only_function(self._account.resolve(parameters)))
        return {}

    def delete_function_code_signing_config(self, parameters: Parameters) -> Parameters:
        self._account.function(only_function(self._account.resolve(parameters)))
        return {}

    def put_function_code_signing_config(self, parameters: Parameters) -> Parameters:
        raise CodeSigningNotFound(
            "The code signing configuration cannot be found. Check that the provided configuration is not deleted: "
            f"{parameters['CodeSigningConfigArn']}."
        )

    def list_code_signing_configs(self, parameters: Parameters) -> Parameters:
        return {"CodeSigningConfigs": []}

    def get_code_signing_config(self, parameters: Parameters) -> Parameters:
        raise _absent(parameters)

    def update_code_signing_config(self, parameters: Parameters) -> Parameters:
        raise _absent(parameters)

    def delete_code_signing_config(self, parameters: Parameters) -> Parameters:
        raise _absent(parameters)

    def list_functions_by_code_signing_config(self, parameters: Parameters) -> Parameters:
        raise _absent(parameters)


def _absent(parameters: Parameters) -> ResourceNotFound:
    arn = parameters["CodeSigningConfigArn"]
    return ResourceNotFound(f"The Lambda code signing configuration {arn} can not be found.")
