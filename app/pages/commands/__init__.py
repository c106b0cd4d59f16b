"""Commands: waiting for me, in flight, ended today; request, confirm, approve and the life-line of each."""
