"""A worker process, seen from its pipes: whoever is killed leaves none behind that goes on computing."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

from orchestrator.engine.worker import LENGTH
from tests.orchestrator import calls


def test_a_worker_whose_parent_is_gone_ends_in_the_middle_of_a_call(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "orchestrator.engine.worker"]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, start_new_session=True, **streams) as worker:
        assert worker.stdin is not None
        for frame in ((sys.path, ()), (calls.tell_and_hang, (str(pipe),))):
            body = pickle.dumps(frame)
            worker.stdin.write(LENGTH.pack(len(body)) + body)
        worker.stdin.flush()
        assert int(pipe.read_text()) == worker.pid
        worker.stdin.close()
        assert worker.wait(30) < 0
