"""What a JupyterHub needs for a class, besides its users and addresses: see docs/grading.md."""

c = get_config()  # noqa: F821  # JupyterHub gives it

# JupyterLab behind the hub's login, and a cloud for each learner. `lambdalab` may need its full path.
c.Spawner.cmd = ["lambdalab", "start", "--hub"]
# Both are started; on a busy machine that takes longer than the hub's own half minute.
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120
