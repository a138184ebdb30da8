"""Prints what Python's ssl module sees in the PEM certificate given as a file."""

import ssl
import sys

info = ssl._ssl._test_decode_cert(sys.argv[1])
print("subject", [pair for rdn in info["subject"] for pair in rdn])
print("issuer", [pair for rdn in info["issuer"] for pair in rdn])
print("names", list(info.get("subjectAltName", ())))
print("from", info["notBefore"])
print("until", info["notAfter"])
