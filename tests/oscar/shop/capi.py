from capi_tracking.contrib.oscar import follow

follow()
