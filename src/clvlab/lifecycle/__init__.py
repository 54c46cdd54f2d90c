"""Where customers are in their life: the customer-base audit, and what moves between its dates."""
