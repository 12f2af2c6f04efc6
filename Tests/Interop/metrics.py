"""Fetches the page of metrics and reads it as Prometheus's own client for Python does.

metrics.py URL [ACCEPT]: prints one JSON object: the content type, each family's type and unit, and the samples. The parsers
raise, and this ends with 1, on what their formats do not allow; OpenMetrics's checks histograms and suffixes too.
"""
import json
import sys
import urllib.request

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

request = urllib.request.Request(sys.argv[1], headers={"Accept": sys.argv[2]} if len(sys.argv) > 2 else {})
with urllib.request.urlopen(request, timeout=10) as answer:
    content_type = answer.headers["content-type"]
    text = answer.read().decode()
parse = openmetrics if content_type.startswith("application/openmetrics-text") else prometheus
families = list(parse(text))
print(
    json.dumps(
        {
            "contentType": content_type,
            "bytes": len(text.encode()),
            "types": {family.name: family.type for family in families},
            "units": {family.name: family.unit for family in families if family.unit},
            "samples": [
                {"name": sample.name, "labels": sample.labels, "value": sample.value}
                for family in families
                for sample in family.samples
            ],
        }
    )
)
