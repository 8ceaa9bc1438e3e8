"""Customer segmentation and cost-to-serve: raw orders in, contracted segment tables out, every day."""

import gc

# What start-up makes lives to the end: at the default of 700 new objects the collector walks all of it again and again, a tenth
# of the time that the code location takes to load.
gc.set_threshold(50_000, 20, 100)
