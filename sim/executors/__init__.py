"""Executors: who simulates the seeds of a study, in this process or elsewhere."""

from sim.executors.dask import Dask
from sim.executors.executor import Elsewhere, Executor, Submits, Threads, executor_of
from sim.executors.processes import Processes
from sim.executors.ray import Ray
from sim.executors.slurm import Slurm

__all__ = ["Dask", "Elsewhere", "Executor", "Processes", "Ray", "Slurm", "Submits", "Threads", "executor_of"]
