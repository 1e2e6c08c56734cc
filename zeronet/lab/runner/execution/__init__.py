"""Where runs are executed: in processes of this machine, or on a Dask cluster."""
