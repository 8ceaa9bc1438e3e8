"""Customer segmentation and cost-to-serve: raw orders in, contracted segment tables out, every day."""
