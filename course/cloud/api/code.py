"""Deployment packages: from bytes to a folder that an environment can run.

Raises AWS's errors for packages that Lambda would refuse. Members that would leave the folder are refused too.
"""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from course.cloud import quotas, scratch
from course.cloud.errors import InvalidParameterValue, RequestTooLarge

_UNREADABLE = "Could not unzip uploaded file. Please check your file, then try to upload again."


@dataclass(frozen=True)
class Package:
    """An unpacked deployment package. `size` is that of the zip in bytes, `sha256` base64 as Lambda shows it.

    `unzipped` is what the members take together, in bytes; `reference` the bucket, the key and the version of the
    object from which Lambda reads it without a copy of its own.
    """

    data: bytes
    folder: Path
    size: int
    sha256: str
    unzipped: int
    reference: tuple[str, str, str] | None = None

    @property
    def stored(self) -> int:
        """The bytes that Lambda itself keeps."""
        return 0 if self.reference else self.size

    def discard(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, onerror=_force)


def digest(data: bytes) -> str:
    """The CodeSha256 of a zip."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def unpack(data: bytes, *, uploaded: bool) -> Package:
    """Unpack a zip; `uploaded` says that it came in the request, where 50 MB is the limit."""
    if uploaded and len(data) > quotas.ZIP_UPLOAD:
        raise RequestTooLarge(f"Zipped size must be smaller than {quotas.ZIP_UPLOAD} bytes")
    folder = scratch.folder("code")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unzipped = sum(member.file_size for member in archive.infolist())
            if unzipped > quotas.UNZIPPED:
                raise InvalidParameterValue(f"Unzipped size must be smaller than {quotas.UNZIPPED} bytes")
            for member in archive.infolist():
                _extract(archive, member, folder)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError, RuntimeError) as error:
        shutil.rmtree(folder, onerror=_force)
        raise InvalidParameterValue(_UNREADABLE) from error
    except InvalidParameterValue:
        shutil.rmtree(folder, onerror=_force)
        raise
    return Package(data, folder, len(data), digest(data), unzipped)


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    target = folder.joinpath(member.filename)
    if not target.resolve().is_relative_to(folder.resolve()):
        raise ValueError(member.filename)
    mode = member.external_attr >> 16
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    if stat.S_ISLNK(mode):
        link = archive.read(member).decode()
        if not (target.parent / link).resolve().is_relative_to(folder.resolve()):
            raise ValueError(member.filename)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(link)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    # Permission bits are part of a package: Lambda keeps them, and a file nobody may read fails on import.
    target.chmod((mode & 0o777) if mode else 0o644)


def _force(remove: object, path: str, error: object) -> None:
    Path(path).parent.chmod(0o700)
    try:
        Path(path).unlink()
    except OSError:
        return
