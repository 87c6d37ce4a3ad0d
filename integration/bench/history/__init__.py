"""`bench history`: what real changes of real locks cost, under one layer plan or another."""
