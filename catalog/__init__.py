"""The catalogue: why a course is offered (roundtable, remark, motivation) and how it is found."""
