#!/bin/bash
# Objects from the photos of a list, in eight tasks: sbatch slurm.sh photos.jsonl out/
#SBATCH --job-name=unflat
#SBATCH --array=1-8
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@120
# The task takes its part of the list from SLURM's variables. A task that is killed and queued again goes on where it was.
list=${1:?the list of photos}
out=${2:?the folder for the results}
# SIGTERM goes to the program, which keeps the objects that are whole and ends.
trap 'kill -TERM $child; wait $child' TERM
unflat batch "$list" -o "$out" "${@:3}" &
child=$!
wait $child
