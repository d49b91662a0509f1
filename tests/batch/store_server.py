"""A store that speaks S3, on 127.0.0.1: PORT; it goes away and comes back, with all that it holds, as it is told.

Says a line on standard output when it is ready, and after each line `stop` or `start` that it is sent.
"""

import logging
import sys

from moto.server import ThreadedMotoServer

if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer("127.0.0.1", int(sys.argv[1]), verbose=False)
    server.start()
    print("started", flush=True)
    for line in sys.stdin:
        getattr(server, line.strip())()
        print(line.strip(), flush=True)
