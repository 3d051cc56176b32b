"""Point-in-time features (时点特征): defined once, for training, for batches and for one enterprise online."""
