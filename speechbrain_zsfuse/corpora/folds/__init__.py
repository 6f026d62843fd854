"""Who is tested, who validates, who trains: by speakers, as even in classes as
can be, the same on every machine.
"""
