"""The only package that imports or patches moto: one patch per file, each with a guard and a test."""
