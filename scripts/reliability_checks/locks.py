"""R10: one training at a time in a folder, and no lock outlives its holder."""

import signal

from .training import Workshop, wait_until


def check(workshop: Workshop, quick: bool):
    count = 10 if quick else 50
    problems, longest = [], 0.0
    for index in range(count):
        run = workshop.new_run("locked")
        with workshop.training(run, epochs=1000) as holder:
            second = workshop.train(run)
            longest = max(longest, second.seconds)
            if second.status != 75 or second.seconds > 1 or str(run) not in second.errors:
                problems.append(f"{index}: {second.seconds:.2f} s, {second}")
            wait_until((run / "last").is_symlink)
            holder.send_signal(signal.SIGKILL)
            holder.wait()
        # The options differ, which only the holder of the lock notices.
        third = workshop.train(run)
        if third.status != 78:
            problems.append(f"{index}: after the kill, {third}")
    workshop.claim("R10", f"a second training in a folder {count} times: exit 75 after "
                   f"{longest:.2f} s at most; the folder is free once the first is killed", problems)
