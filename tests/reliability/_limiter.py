"""`_limiter.py PID LIMIT VALUE`: a line has the process live with less, another gives it back."""
import resource
import sys

pid, limit, value = int(sys.argv[1]), getattr(resource, sys.argv[2]), int(sys.argv[3])
soft, hard = resource.prlimit(pid, limit)
print("ready", flush=True)
sys.stdin.readline()
resource.prlimit(pid, limit, (value, hard))
print("low", flush=True)
sys.stdin.readline()
resource.prlimit(pid, limit, (soft, hard))
print("back", flush=True)
