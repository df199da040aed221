"""How the server runs. A worker for each core; threads wait for the database and for slow clients."""

import os

worker_class = "gthread"
workers = int(os.environ.get("WORKERS", "2"))
threads = int(os.environ.get("THREADS", "4"))
preload_app = True  # a start that is refused is refused once, with its sentence
keepalive = 0  # gthread waits for the first byte of a kept connection, and a burst of clients would wait with it
control_socket_disable = True
timeout = 60
limit_request_line = 8190  # a search of the longest that a field takes, in the signs of an address
accesslog = os.environ.get("ACCESS_LOG")
