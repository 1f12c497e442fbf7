"""Endpoints, one module a kind of resource."""
