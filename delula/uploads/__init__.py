"""Uploads by staff: from the browser straight into the bucket, then looked into, then recorded."""
