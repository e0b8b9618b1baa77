"""Grading for teachers: what is handed in becomes verdicts, tables and reports.

The process that runs this never runs or imports a learner's code: that happens below the children of `lab.checks`.
"""
