"""A synthetic land cover round Wuxi's centre: 64 by 64 cells, the same each time.

``python examples/landcover/make.py > landcover.asc``
"""

import sys

import numpy as np

SIZE, CELL_DEG, WEST, SOUTH = 64, 0.0004, 120.3, 31.558

y, x = np.mgrid[0:SIZE, 0:SIZE]
far = np.hypot(x - 33, y - 30)
codes = np.full((SIZE, SIZE), 40)  # crops
codes[far < 24] = 50  # built-up
codes[(x // 4 + y // 4) % 7 == 0] = 30  # grass between the blocks
codes[np.hypot(x - 8, y - 54) < 12] = 10  # trees on the hill in the south-west
codes[y > 58 - x // 8] = 80  # the lake in the south
codes[np.abs(x - 30 - (y - 32) // 6) < 2] = 80  # the canal

head = f"ncols {SIZE}\nnrows {SIZE}\nxllcorner {WEST}\nyllcorner {SOUTH}\ncellsize {CELL_DEG}\n"
rows = "".join(" ".join(map(str, row)) + "\n" for row in codes.tolist())
sys.stdout.write(head + "NODATA_value 0\n" + rows)
