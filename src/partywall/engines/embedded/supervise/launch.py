"""Becomes a program: recorded first, then its log, secrets, view, account, folder, and exec."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from . import placeholders, processes, record, syscalls, view
from .failure import SupervisionError
from .program import Account, Program, load, retries

BUSY = 75
_FAILED = 127
# High enough to be out of the way of programs and shell scripts that count their files from 3.
_LOCK_FD = 100


def start(folder: Path) -> int:
    """Start the program wanted in `folder` and return its number at once.

    The child exits with BUSY, unrecorded, when a copy still lives, when the program is no longer
    wanted, or when its supervisor is gone. The lock it takes is inherited by the program and
    freed by the kernel when the last process that has it ends, so there is never a second copy.
    """
    supervisor = os.getpid()
    return os.fork() or _never_return(lambda: _start(folder, supervisor))


def check(folder: Path, program: Program, output: int) -> int:
    """Run the health command of a program as the program would, its output going to a file."""
    command = program.health.command if program.health else ()
    return os.fork() or _never_return(lambda: _check(folder, program, command, output))


def inside(folder: Path, command: Sequence[str], keep: Sequence[str]) -> NoReturn:
    """Become `command` where the program of `folder` lives, at this terminal.

    Args:
        folder: the program's folder under the run folder.
        command: what to run, with the program's account, view, environment and folder.
        keep: names of variables to take over from the caller, such as TERM.

    Raises:
        SupervisionError: there is no such program, or it cannot be entered.
    """
    program = load(folder)
    if program is None:
        raise SupervisionError(f"no program is described in {folder}")
    secrets = placeholders.read(program.secrets)
    environment = _environment(program, secrets, "#inside")
    environment |= {name: os.environ[name] for name in keep if name in os.environ}
    _step_into(program, folder)
    _become(command, environment)


def _never_return(act: Callable[[], None]) -> NoReturn:
    """A forked child must not come back into the supervisor's loop, whatever happens."""
    try:
        act()
    except Exception as error:
        os.write(2, f"partywall: {sentence_of(error)}\n".encode())
    finally:
        os._exit(_FAILED)


def sentence_of(error: Exception) -> str:
    """What went wrong in a start, for the log and the failure file."""
    if isinstance(error, SupervisionError):
        return error.what
    return f"the program could not be started: {error or type(error).__name__}"


def _start(folder: Path, supervisor: int) -> None:
    os.setsid()
    _shed()
    _take_lock(folder)
    program = load(folder)
    if program is None or not program.wanted or os.getppid() != supervisor:
        os._exit(BUSY)
    record.begin(folder, program)
    failure = record.open_failure(folder)
    if program.once and (job := os.fork()):
        _wait_for(job, folder, program)
    try:
        _open_log(program)
        _run(program, folder)
    except Exception as error:
        os.write(failure, sentence_of(error).encode())
        raise


def _run(program: Program, folder: Path) -> NoReturn:
    secrets = placeholders.read(program.secrets)
    environment = _environment(program, secrets, "")
    files = {
        path: placeholders.resolve(text, secrets) for path, text in program.secret_files.items()
    }
    _enter_account(program, folder)
    for path, text in files.items():
        _write_secret_file(Path(path), text)
    _enter_folder(program)
    _become(program.command, environment)


def _check(folder: Path, program: Program, command: Sequence[str], output: int) -> None:
    os.setsid()
    os.dup2(output, 1)
    os.dup2(output, 2)
    _shed()
    secrets = placeholders.read(program.secrets)
    environment = _environment(program, secrets, "#health")
    _step_into(program, folder)
    _become(command, environment)


def _step_into(program: Program, folder: Path) -> None:
    _enter_account(program, folder)
    _enter_folder(program)


def _shed() -> None:
    """Leave everything of the supervisor behind: files, signal handlers, mask."""
    os.closerange(3, 1 << 20)
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.umask(0o077)
    _replace(0, os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC))


def _take_lock(folder: Path) -> None:
    opened = os.open(folder / "lock", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.fcntl(opened, fcntl.F_DUPFD, _LOCK_FD)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os._exit(BUSY)
    os.close(opened)


def _open_log(program: Program) -> None:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    log = os.open(program.log, flags, 0o600)
    os.dup2(log, 1)
    _replace(2, log)


def _replace(number: int, opened: int) -> None:
    os.dup2(opened, number)
    if opened != number:
        os.close(opened)


def _environment(program: Program, secrets: placeholders.Secrets, suffix: str) -> dict[str, str]:
    """Exactly what the program's description says, resolved, and the mark."""
    texts: Mapping[str, str] = program.environment
    values = {name: placeholders.resolve(text, secrets) for name, text in texts.items()}
    return values | {processes.MARK: program.mark + suffix}


def _enter_account(program: Program, folder: Path) -> None:
    account = program.account
    if account is None or (account.uid == os.geteuid() != 0):
        return
    if os.geteuid() != 0:
        raise SupervisionError(f"only root can start programs as {account.name}")
    view.enter(account, program.reachable, folder, program.shown)
    drop(account)


def drop(account: Account) -> None:
    """Become the account, for good."""
    os.setgroups([])
    os.setresgid(account.gid, account.gid, account.gid)
    os.setresuid(account.uid, account.uid, account.uid)
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)


def _write_secret_file(path: Path, text: str) -> None:
    """Write as the account itself, so a planted link leads nowhere it could not write anyway."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(draft, flags, 0o600), "w") as file:
            file.write(text)
        draft.replace(path)
    except OSError as error:
        raise SupervisionError(f"{path} cannot be written: {error.strerror}") from error


def _enter_folder(program: Program) -> None:
    try:
        os.chdir(program.folder)
    except OSError as error:
        raise SupervisionError(
            f"the folder {program.folder} cannot be entered: {error.strerror}"
        ) from error


def _become(command: Sequence[str], environment: dict[str, str]) -> NoReturn:
    try:
        os.execvpe(command[0], list(command), environment)  # noqa: S606
    except OSError as error:
        raise SupervisionError(f"{command[0]} cannot be run: {error.strerror}") from error


def _wait_for(job: int, folder: Path, program: Program) -> NoReturn:
    """Stay as a job's parent, hand signals on, and write its exit status, supervisor or not."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, lambda number, _: os.kill(job, number))
    _, status = os.waitpid(job, 0)
    code = shell_code(status)
    ended = None if retries(program, code) else time.time()
    found = record.read(folder)
    if found:
        record.write(folder, found._replace(ended=ended, exit=code))
    os._exit(code)


def shell_code(status: int) -> int:
    """A wait status as a shell tells it: the exit code, or 128 + signal."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
