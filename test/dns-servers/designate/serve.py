"""Serves Designate's API v2 and central service in one process, over SQLite, with the zone example.test.

It is Designate's own functional test case that starts them; its requests come from HTTP instead. Keystone is a double
that takes everybody: /identity. Ends with its parent.
"""

import json
import logging
import sys
import unittest
from wsgiref.simple_server import WSGIRequestHandler, make_server

from designate.tests.functional.api.v2 import ApiV2TestCase

port = int(sys.argv[1])


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


class Serve(ApiV2TestCase):
    def runTest(self):
        self.create_zone(name="example.test.", email="a@example.test")
        logging.disable(logging.CRITICAL)
        print("ready", flush=True)
        make_server("127.0.0.1", port, self.answer, handler_class=Quiet).serve_forever()

    def answer(self, environ, start):
        path = environ["PATH_INFO"]
        if path.startswith("/identity"):
            url = f"http://127.0.0.1:{port}/dns"
            endpoints = [{"interface": "public", "region_id": "one", "url": url}]
            token = {"expires_at": "2099-01-01T00:00:00Z", "catalog": [{"type": "dns", "endpoints": endpoints}]}
            start("201 Created", [("content-type", "application/json"), ("x-subject-token", "token")])
            return [json.dumps({"token": token}).encode()]
        environ["PATH_INFO"] = path.removeprefix("/dns/v2")
        environ["SCRIPT_NAME"] = "/v2"
        environ["HTTP_X_TEST_ROLE"] = "member"
        return self.app(environ, start)


unittest.TextTestRunner().run(Serve())
