"""Apache Flink with its Kafka connector, laid out as its release archive is, and an example of our own."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

from local_cluster import cache
from local_cluster.progress import Failure

from . import maven, pypi
from .distribution import MODULES, Distribution

VERSION = "1.18.1"
_POM = MODULES / "flink" / "pom.xml"
_EXAMPLE = Path(__file__).parent / "examples" / "Numbers.java"


def _make(target: Path) -> None:
    downloads = target / "downloads"
    _unpack_libraries(pypi.download_source(f"apache-flink-libraries=={VERSION}", downloads), target)
    # The archive of PyFlink has the scripts and the configuration; the architecture does not matter to them.
    wheel = pypi.download_wheel(f"apache-flink=={VERSION}", downloads, python="3.10", platform="manylinux1_x86_64")
    _unpack_scripts(wheel, target)
    shutil.rmtree(downloads)
    maven.copy_dependencies(_POM, target / "maven")
    for jar in (target / "maven").iterdir():
        jar.rename(target / "lib" / jar.name)
    (target / "maven").rmdir()
    (target / "log").mkdir(exist_ok=True)
    _compile_example(target)


def _compile_example(target: Path) -> None:
    """Flink's own examples are not in Maven Central as they are in its release."""
    log = cache.directory("logs") / "flink-example.log"
    classes = target / "classes"
    classes.mkdir()
    commands = (["javac", "--release", "11", "-cp", f"{target}/lib/*", "-d", classes, _EXAMPLE],
                ["jar", "--create", "--file", target / "examples" / "numbers.jar", "--main-class", "Numbers", "-C", classes, "."])
    (target / "examples").mkdir()
    with open(log, "w", encoding="utf-8") as output:
        for command in commands:
            if subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode != 0:
                raise Failure("the example job does not compile", log)
    shutil.rmtree(classes)


def _unpack_libraries(archive: Path, target: Path) -> None:
    """Of an archive NAME-VERSION.tar.gz with deps/{bin,lib,opt,plugins}: the jars."""
    with tarfile.open(archive) as packed:
        for member in packed:
            parts = Path(member.name).parts[1:]
            if member.isfile() and parts[0] == "deps" and parts[1] in ("bin", "lib", "opt", "plugins"):
                _write(target.joinpath(*parts[1:]), packed.extractfile(member).read())


def _unpack_scripts(wheel: Path, target: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        for name in packed.namelist():
            parts = Path(name).parts
            if parts[0] == "pyflink" and parts[1] in ("bin", "conf") and not name.endswith((".py", "/")):
                mode = 0o755 if parts[1] == "bin" else 0o644
                _write(target.joinpath(*parts[1:]), packed.read(name), mode)


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


DISTRIBUTION = Distribution(f"flink-{VERSION}", (Path(__file__), _POM, _EXAMPLE), _make)
