passwd last mckd
group last mckd
