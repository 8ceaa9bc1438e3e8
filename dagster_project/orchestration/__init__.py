"""When things run: jobs, schedules, sensors, the instance, and the commands that start them."""
