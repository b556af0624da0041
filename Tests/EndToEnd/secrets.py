"""A canary API key and a canary private key go through everything the tool does, well and badly; then every output, file
and journal is searched for them, whole and in the encodings in which they could appear."""
import base64, os, pathlib, random, signal, string, subprocess, sys
sys.path.insert(0, os.path.dirname(__file__))
from account import wait_for
from stage import Stage

tool = sys.argv[1]
seed = random.randrange(1 << 32)
print(f"secrets: seed {seed}")
draw = random.Random(seed)
canary = "Canary" + "".join(draw.choices(string.ascii_letters + string.digits, k=58))
spoilt = "Spoilt" + "".join(draw.choices(string.ascii_letters + string.digits, k=40))
outputs = []  # (what, bytes)


def forms(secret):
    """A secret as bytes and as it could be written down."""
    raw = secret if isinstance(secret, bytes) else secret.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode()}
    for shift in range(3):  # base64 at any alignment, without the ends that depend on the neighbours
        text = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        found.add(text[4 if shift else 0:-2])
    return {form for form in found if len(form) >= 16}


with Stage(tool, api_key=canary) as s:
    pem = (s.base / "account.key").read_text()
    body = "".join(line for line in pem.splitlines() if not line.startswith("-----"))
    key_bytes = base64.b64decode(body)[-32:]
    wanted = {"the API key": forms(canary), "the private key": forms(key_bytes) | {body.encode(), body[-24:].encode()},
              "a key that cannot be used": forms(spoilt)}

    def heard(what, done):
        status, out, err = done
        outputs.append((what, (out + err).encode()))
        return status, out, err

    def refused(what, *arguments, **more):
        status, out, err = heard(what, s.call(*arguments, check=False, **more))
        assert status != 0, f"{what} was accepted: {out}"
        return out + err

    env = s.environment
    # Wrong in every way that a person gets it wrong: the text says cause and cure, and no byte of the key.
    text = refused("a key with a quote", "engine", "--config", s.config, env=env | {"TEST_API_KEY": f'"{spoilt}"'})
    assert "letters and digits" in text and "api_key_env" in text, text
    text = refused("a private key that is none", "engine", "--config", s.config, env=env | {"TEST_PRIVATE_KEY": spoilt})
    assert "Ed25519 private key" in text, text
    text = refused("a cut private key", "guard", "--config", s.config, env=env | {"TEST_PRIVATE_KEY": pem[:-40]})
    assert "private key" in text, text
    text = refused("no key", "start", "--config", s.config, env={k: v for k, v in env.items() if k != "TEST_API_KEY"})
    assert "TEST_API_KEY" in text and "export" in text, text
    for place in ("api_key_env", "ed25519_private_key_env"):
        # Capitals only, so that it could pass for a variable's name: then it is one, and is said to be unset.
        text = refused("a key on the command line", "check", s.config, "--set", f"venue.account.{place}={spoilt}")
        assert "has to be replaced" in text, text
    wrong = s.base / "wrong.yaml"
    wrong.write_text(s.config.read_text().replace("api_key_env: TEST_API_KEY", f"api_key_env: {spoilt}"))
    refused("a key in the file", "check", wrong)
    wrong.write_text(s.config.read_text().replace("https://127.0.0.1", f"https://{spoilt}:{spoilt}@127.0.0.1"))
    refused("a key in a URL", "check", wrong)
    wrong.unlink()
    # A key the venue does not know: the engine lives, shows it and stays DISARMED.
    heard("start with an unknown key", s.call("start", "--config", s.config, env=env | {"TEST_API_KEY": spoilt}, check=False))
    wait_for("the refusal is shown", 20, lambda: "VENUE_UNAVAILABLE" in s.call(
        "ctl", "--socket", s.run / "control.sock", "--json", "status"))
    heard("status with an unknown key", s.call("ctl", "--socket", s.run / "control.sock", "status", check=False))
    heard("stop", s.call("stop", "--end", "--patience", "3", "--socket", s.run / "control.sock", check=False))

    heard("check", s.call("check", s.config, check=False))
    heard("start", (0, s.start(), ""))
    s.trade()
    for verb in ("status", "orders", "positions", "fills", "latency"):
        for form in ("--json", "--words"):
            heard(f"ctl {verb} {form}", s.call("ctl", "--socket", s.run / "control.sock", form, verb, check=False))
    heard("a second stage", s.call("ctl", "--socket", s.run / "control.sock", "stage", check=False))
    for name in ("engine", "guard"):
        command = pathlib.Path(f"/proc/{s.pid(name)}/cmdline").read_bytes()
        outputs.append((f"the command line of the {name}", command))
        limits = pathlib.Path(f"/proc/{s.pid(name)}/limits").read_text()
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"], f"{name}: {core}"
    # A crash leaves no core dump and nothing in the shared memory.
    os.kill(s.pid("engine"), signal.SIGSEGV)
    wait_for("the engine is gone", 10, lambda: not s.alive("engine"))
    wait_for("the guard acted", 5, lambda: (s.run / "kill.latch").exists())
    assert "Registers" not in (s.run / "engine.log").read_text(), "a crash report prints memory"
    heard("start after the crash", (0, s.start(), ""))
    heard("unlatch", s.call("ctl", "--socket", s.run / "control.sock", "unlatch", "--reason", "crash", check=False))
    heard("stop", s.call("stop", "--end", "--socket", s.run / "control.sock", check=False))
    for verb in ("verify", "tail", "export"):
        heard(f"journal {verb}", s.call("journal", verb, s.run / "journal", check=False))
    heard("replay", s.call("replay", s.run / "journal", check=False))
    for words in ([], ["ctl"], ["start"], ["stop"], ["engine"], ["guard"], ["journal"], ["check"]):
        heard("help", s.call(*words, "--help", check=False))

    files = [path for path in s.base.rglob("*") if path.is_file() and path.name not in ("account.key", "payload")]
    outputs += [(str(path.relative_to(s.base)), path.read_bytes()) for path in files]
    names = {path.name for path in files}
    assert {"engine.log", "guard.log", "summary.json", "journal.shm", "venue.log"} <= names, names
    assert any(name.endswith(".ntj") for name in names) and any(name.endswith(".run.json") for name in names), names
    assert not any(name.startswith("core") for name in names), names

    leaks = [f"{secret} in {what}" for what, text in outputs for secret, looks in wanted.items()
             if any(look in text for look in looks)]
    assert not leaks, "\n".join(leaks)
    # The search itself finds what is there.
    planted = b"x" + base64.b64encode(b"ab" + canary.encode()) + b"y"
    assert any(look in planted for look in wanted["the API key"])
    assert any(look in pem.encode() for look in wanted["the private key"])
    print(f"secrets: {sum(len(t) for _, t in outputs)} bytes in {len(outputs)} outputs and files hold none of "
          f"{sum(map(len, wanted.values()))} forms of 3 secrets")
