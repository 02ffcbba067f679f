"""Workers as processes of their own: `python -m tests.bot.store.workers <url> <owner>`."""

import sys

from bot.store.engine import open_engine
from bot.store.jobs import JobTable
from tests.bot.store.samples import NOW


def drain(table: JobTable, owner: str) -> None:
    """Run what is due in batches, one printed line a job, until nothing is."""
    while batch := table.claim(NOW, owner, 5):
        for job in batch:
            sys.stdout.write(f"{job.subject} {table.finish(job)}\n")


if __name__ == "__main__":
    drain(JobTable(open_engine(sys.argv[1])), sys.argv[2])
