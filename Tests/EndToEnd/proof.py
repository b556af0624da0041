"""Compiles the hot modules one by one, as a release build does, with the proof on; then a mutant of each. The core, whose step
calls what other modules keep to themselves, is compiled with all that it stands on as one module, root and mutants too."""

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
    ("Hot/Orders", "Position.swift", "func apply(_ fill: Fill, base: AssetID, quote: AssetID) -> Bool",
     LIST.format("quantity.raw", "false"), "a list"),
    ("Hot/Risk", "RiskGate.swift", "static func pace(", "final class Box { var n: Int32 = 0 }; let box = Box(); "
     "box.n = c.openOrders; if unsafe Unmanaged.passRetained(box).takeRetainedValue().n == 99 { return nil }", "an object"),
]

# Of these, in one module, the whole step of the core is proved: each input, each command, each strategy's call.
TOGETHER = ["Base/Units", "Base/Memory", "Base/Model", "Hot/Orders", "Hot/Risk", "Hot/StrategyKit", "Hot/Core"]
CORE_ROOT = """
/// A strategy that proposes all there is.
struct Probe: Strategy {
    var instrument: InstrumentID { InstrumentID(0) }
    var versionHash: UInt32 { 0 }
    mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        intents.place(.buy, .postOnly, price: context.top.bidPrice, quantity: context.position)
        for index in 0..<context.orderCount { intents.cancel(context.order(index)) }
    }
}

@_noLocks func step(
    _ core: inout TradingCore<SingleStrategy<Probe>>, _ input: Input, _ time: Nanoseconds, _ outputs: inout OutputBuffer
) { core.step(input, at: time, into: &outputs) }
"""
CORE_MUTANTS = [
    ("Hot/Core", "TradingCore+Market.swift", "mutating func topOfBook(_ top", LIST.format("now.raw", ""), "a list"),
    ("Hot/Core", "TradingCore+Churn.swift", "mutating func noteTransition(_ order", TEXT.format("now.raw", ""), "a text"),
    ("Hot/Core", "TradingCore+Limits.swift", "mutating func changeLimit(_ command",
     "if configuration.limits.map(\\.maxOpenOrders).max() == 99 { return false }", "a list of the configuration"),
]


def compile_together(work, changed=None):
    """The status and the errors of the core's proof, with one file changed (module, file, line, what is put below it)."""
    names = "|".join(os.path.basename(path) for path in TOGETHER)
    folder = tempfile.mkdtemp(dir=work)
    for path in TOGETHER:
        for file in glob.glob(f"Sources/{path}/*.swift"):
            name = os.path.basename(file)
            if name == "HotProof.swift":
                continue
            text = open(file).read()
            if changed and changed[:2] == (path, name):
                text = put(text, *changed[1:4])
            text = re.sub(rf"^import ({names})\n", "\n", text, flags=re.M)
            open(f"{folder}/{os.path.basename(path)}_{name}", "w").write(text)
    open(f"{folder}/Root.swift", "w").write(CORE_ROOT)
    flags = [flag for flag in FLAGS if flag != "-cross-module-optimization"]
    command = ["swiftc", *flags, "-module-name", "Together", "-c", "-o", f"{folder}/core.o", *glob.glob(f"{folder}/*.swift")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return done.returncode, [l for l in done.stderr.splitlines() if "error:" in l]


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
    status, errors = compile_together(work)
    assert status == 0, "the core's step does not pass its proof:\n" + "\n".join(errors)
    print("proved: Hot/Core's step and all that it calls")
    for mutant in CORE_MUTANTS:
        status, errors = compile_together(work, mutant)
        found = [error for error in errors if "can cause" in error or "unpredictable" in error]
        assert status != 0 and found, f"{mutant[0]} with {mutant[4]} in {mutant[1]} was not refused for it:\n" + "\n".join(errors)
        print(f"refused: {mutant[0]} with {mutant[4]}: {found[0].split('error:')[1].strip()}")
