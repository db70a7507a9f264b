"""The MediaEval 2020 Pixel Privacy protocol: runs scored after JPEG 90, and a jury of people."""
