"""Compiles the hot modules one by one, as a release build does, with the proof on; then a mutant of each."""

import glob
import os
import shutil
import subprocess
import sys
import tempfile

# In the order of their dependencies.
MODULES = [
    "Base/Units", "Base/Memory", "Base/Model", "Base/Wire", "Base/Rings", "Hot/Agents", "Hot/Orders", "Hot/Risk",
]
FLAGS = [
    "-O", "-wmo", "-swift-version", "6", "-strict-memory-safety", "-parse-as-library", "-suppress-warnings",
    "-enforce-exclusivity=unchecked", "-cross-module-optimization"]

# Module, file, the line of a function that a root reaches, what is put below it.
TEXT = "if \"\\({})\".utf8.count > 99 {{ return {} }}"
LIST = "if ContiguousArray(repeating: {}, count: 4).reduce(0, &+) == 99 {{ return {} }}"
MUTANTS = [
    ("Base/Units", "FixedPoint+Arithmetic.swift", "func times(_ quantity", TEXT.format("raw", "nil"), "a text"),
    ("Base/Memory", "SlabList.swift", "func append(_ element", LIST.format("Int64(used)", ""), "a list"),
    ("Base/Model", "DecisionHash.swift", "func fold(_ record", LIST.format("value", ""), "a list"),
    ("Base/Wire", "JSONScanner+Values.swift", "func skipValue()", TEXT.format("depth", "false"), "a text"),
    ("Base/Rings", "Ring.swift", "func tryPush(_ value", LIST.format("tail", "false"), "a list"),
    ("Hot/Agents", "EngineClock.swift", "mutating func now()", TEXT.format("last", "Nanoseconds(raw: 0)"), "a text"),
    ("Hot/Orders", "Position.swift", "func apply(_ fill: Fill, base: AssetID, quote: AssetID) -> Bool",
     LIST.format("quantity.raw", "false"), "a list"),
    ("Hot/Risk", "RiskGate.swift", "static func pace(", "final class Box { var n: Int32 = 0 }; let box = Box(); "
     "box.n = c.openOrders; if unsafe Unmanaged.passRetained(box).takeRetainedValue().n == 99 { return nil }", "an object"),
]


def compile_module(path, sources, work, proof=True):
    """The status and the errors of compiling a module; its interface stays in `work` for those above it."""
    name = os.path.basename(path)
    command = [
        "swiftc", *FLAGS, *(["-D", "HOT_PROOF"] if proof else []), "-module-name", name, "-I", work,
        "-Xcc", f"-fmodule-map-file={work}/module.modulemap", "-emit-module", "-emit-module-path",
        f"{work}/{name}.swiftmodule", "-c", "-o", f"{work}/{name}.o", *sorted(sources)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return done.returncode, [l for l in done.stderr.splitlines() if "error:" in l]


def mutate(path, file, line, inserted, folder):
    """A copy of the module's sources with one line more; the sources of the copy."""
    shutil.copytree(f"Sources/{path}", folder)
    text = open(f"{folder}/{file}").read()
    assert text.count(line) == 1, f"{file} has {text.count(line)} lines with '{line}'"
    end = text.index("{\n", text.index(line)) + 2
    open(f"{folder}/{file}", "w").write(text[:end] + "        " + inserted + "\n" + text[end:])
    return glob.glob(f"{folder}/*.swift")


with tempfile.TemporaryDirectory() as work:
    header = os.path.abspath("CShims/CPlatform/include/CPlatform.h")
    with open(f"{work}/module.modulemap", "w") as file:
        file.write(f'module CPlatform {{ header "{header}" export * }}\n')
    for path in MODULES:
        assert os.path.exists(f"Sources/{path}/HotProof.swift"), f"{path} has no HotProof.swift"
        status, errors = compile_module(path, glob.glob(f"Sources/{path}/*.swift"), work)
        assert status == 0, f"{path} does not pass its proof:\n" + "\n".join(errors)
        print(f"proved: {path}")
    for number, (path, file, line, inserted, kind) in enumerate(MUTANTS):
        folder = f"{work}/mutant{number}"
        sources = mutate(path, file, line, inserted, folder)
        scratch = f"{work}/scratch{number}"
        os.mkdir(scratch)
        for interface in glob.glob(f"{work}/*.swiftmodule") + [f"{work}/module.modulemap"]:
            shutil.copy(interface, scratch)
        # Without the proof the mutant is good Swift: it is the proof that refuses it.
        status, errors = compile_module(path, sources, scratch, proof=False)
        assert status == 0, f"the mutant of {path} is no Swift:\n" + "\n".join(errors)
        status, errors = compile_module(path, sources, scratch)
        assert status != 0, f"{path} with {kind} in {file} passed its proof"
        print(f"refused: {path} with {kind}: {errors[0].split('error:')[1].strip()}")
