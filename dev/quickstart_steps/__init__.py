"""What dev/quickstart does; the end-to-end tests install and load by the same steps."""

import sys

from local_cluster import cache

# Where dev/deps puts the packages of dev/python-packages.txt.
sys.path.insert(0, str(cache.root() / "python"))
