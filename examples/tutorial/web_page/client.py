import http.client
import sys

conn = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=5)
conn.request("GET", "/page")
response = conn.getresponse()
print("received", response.status, response.read().decode())
