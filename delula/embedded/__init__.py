"""PostgreSQL and S3 for a machine that has neither: started, watched and stopped beside the console.

- `launch.py` starts one program so that it dies with its parent, and not as root where it refuses that;
- `processes.py` and `locks.py` answer "is it still ours, is it still used";
- `service.py` says what a service is and keeps it alive, as long as someone holds a lease on it;
- `postgres.py` and `s3.py` are the two services;
- `surroundings.py` are the services that this project folder needs, and the environment they make;
- `prepare.py` makes the database ready, `web.py` holds the web server, `__main__.py` is `make run`.

Everything lies in a folder of the project; every port is on 127.0.0.1 and asks for a key.
"""
