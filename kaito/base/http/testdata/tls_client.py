"""Python's ssl module against the server under test: which versions get in.

Arguments: the port, and a folder with ca.pem, cert.pem and key.pem.
"""

import http.client
import ssl
import sys


def ask(version):
    folder = sys.argv[2]
    context = ssl.create_default_context(cafile=folder + "/ca.pem")
    context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.set_alpn_protocols(["h2", "http/1.1"])
    context.minimum_version = version
    context.maximum_version = version
    connection = http.client.HTTPSConnection(
        "127.0.0.1", int(sys.argv[1]), context=context, timeout=30)
    try:
        connection.request("GET", "/")
        response = connection.getresponse()
    except ssl.SSLError:
        return "refused"
    protocol = connection.sock.selected_alpn_protocol()
    return "%s %d %s" % (protocol, response.status, response.read().decode())


for name, version in (("TLSv1.1", ssl.TLSVersion.TLSv1_1),
                      ("TLSv1.2", ssl.TLSVersion.TLSv1_2),
                      ("TLSv1.3", ssl.TLSVersion.TLSv1_3)):
    print(name, ask(version), flush=True)
