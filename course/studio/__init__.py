"""The studio: a learner's folder, a cloud and a JupyterLab, which start together and stop together."""
