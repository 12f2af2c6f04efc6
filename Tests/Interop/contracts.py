"""Send the example batches of docs/asyncapi.yaml to producers, and print each answer, one a line: contracts.py ENDPOINT"""
import json, os, sys
import yaml, zmq

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
document = yaml.safe_load(open(os.path.join(root, "docs/asyncapi.yaml"), encoding="utf-8"))
socket = zmq.Context().socket(zmq.REQ)
socket.setsockopt(zmq.RCVTIMEO, 20000)
socket.connect(sys.argv[1])
for example in document["components"]["messages"]["producerBatch"]["examples"]:
    socket.send_string(json.dumps(example["payload"]))
    print(socket.recv_string())
