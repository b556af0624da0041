"""Compiles the hot modules one by one, as a release build does, with the proof on; then a mutant of each. Core and adapters, which
call what other modules keep to themselves, are compiled with all that they stand on as one module, roots and mutants too."""

import glob
import os
import re
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
    ("Hot/Orders", "Position.swift", "feePrice: Price = .zero) -> Bool",
     LIST.format("quantity.raw", "false"), "a list"),
    ("Hot/Risk", "RiskGate.swift", "static func pace(", "final class Box { var n: Int32 = 0 }; let box = Box(); "
     "box.n = c.openOrders; if unsafe Unmanaged.passRetained(box).takeRetainedValue().n == 99 { return nil }", "an object"),
]

class Together:
    """Modules of which some call what others keep to themselves: compiled as one, with the roots of `proof/NAME.swift`."""

    def __init__(self, name, what, modules, mutants):
        self.name, self.what, self.modules, self.mutants = name, what, modules, mutants

    def compile(self, work, changed=None):
        """The status and the errors, with one file changed (module, file, line, what is put below it)."""
        names = "|".join(os.path.basename(path) for path in self.modules)
        folder = tempfile.mkdtemp(dir=work)
        for path in self.modules:
            for file in glob.glob(f"Sources/{path}/*.swift"):
                name = os.path.basename(file)
                if name == "HotProof.swift":
                    continue
                text = open(file).read()
                if changed and changed[:2] == (path, name):
                    text = put(text, *changed[1:4])
                text = re.sub(rf"^import ({names})\n", "\n", text, flags=re.M)
                open(f"{folder}/{os.path.basename(path)}_{name}", "w").write(text)
        shutil.copy(f"Tests/EndToEnd/proof/{self.name}.swift", f"{folder}/Root.swift")
        flags = [flag for flag in FLAGS if flag != "-cross-module-optimization"]
        command = [
            "swiftc", *flags, "-Xcc", f"-fmodule-map-file={work}/module.modulemap", "-module-name", "Together", "-c", "-o",
            f"{folder}/together.o", *glob.glob(f"{folder}/*.swift")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        return done.returncode, [l for l in done.stderr.splitlines() if "error:" in l]


TOGETHER = [
    # Each input, each command, each strategy's call.
    Together(
        "Core", "the core's step",
        ["Base/Units", "Base/Memory", "Base/Model", "Hot/Orders", "Hot/Risk", "Hot/StrategyKit", "Hot/Core"],
        [
            ("Hot/Core", "TradingCore+Market.swift", "mutating func topOfBook(_ top", LIST.format("now.raw", ""), "a list"),
            ("Hot/Core", "TradingCore+Churn.swift", "mutating func noteTransition(_ order", TEXT.format("now.raw", ""), "a text"),
            ("Hot/Core", "TradingCore+Limits.swift", "mutating func changeLimit(_ command",
             "if configuration.limits.map(\\.maxOpenOrders).max() == 99 { return false }", "a list of the configuration"),
        ]),
    # From a frame's bytes to events, through books and the choice between two feeds; from an order to its signed frame.
    Together(
        "Adapters", "both adapters' protocol, the books and the choice between two feeds",
        ["Base/Units", "Base/Memory", "Base/Model", "Base/Wire", "Hot/Books", "Hot/VenueKit", "Hot/Signing", "Venues/Binance"],
        [
            ("Hot/Books", "BookSide.swift", "private mutating func finish(_ filling", LIST.format("Int64(count)", ""), "a list"),
            ("Hot/VenueKit", "FeedSelector+Agreement.swift", "mutating func compare(_ lane", TEXT.format("lane", ""), "a text"),
            ("Venues/Binance", "SymbolFeed.swift", "mutating func resynchronise(at now", LIST.format("now.raw", ""), "a list"),
            ("Venues/Binance", "RequestWriter.swift", "mutating func end(_ signer", TEXT.format("isFirst", ""), "a text"),
        ]),
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


def put(text, file, line, inserted):
    """The text with something more at the beginning of the function of this line."""
    assert text.count(line) == 1, f"{file} has {text.count(line)} lines with '{line}'"
    end = text.index("{\n", text.index(line)) + 2
    return text[:end] + "        " + inserted + "\n" + text[end:]


def mutate(path, file, line, inserted, folder):
    """A copy of the module's sources with one line more; the sources of the copy."""
    shutil.copytree(f"Sources/{path}", folder)
    text = open(f"{folder}/{file}").read()
    open(f"{folder}/{file}", "w").write(put(text, file, line, inserted))
    return glob.glob(f"{folder}/*.swift")


with tempfile.TemporaryDirectory() as work:
    with open(f"{work}/module.modulemap", "w") as file:
        for name in ["CPlatform", "CCrypto"]:
            header = os.path.abspath(f"CShims/{name}/include/{name}.h")
            file.write(f'module {name} {{ header "{header}" export * }}\n')
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
    for group in TOGETHER:
        status, errors = group.compile(work)
        assert status == 0, f"{group.what} does not pass its proof:\n" + "\n".join(errors)
        print(f"proved: {group.what}, and all that it calls")
        for mutant in group.mutants:
            status, errors = group.compile(work, mutant)
            found = [error for error in errors if "can cause" in error or "unpredictable" in error]
            assert status != 0 and found, f"{mutant[0]} with {mutant[4]} in {mutant[1]} was not refused for it:\n" + "\n".join(errors)
            print(f"refused: {mutant[0]} with {mutant[4]}: {found[0].split('error:')[1].strip()}")
